# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completes what one types after copyhang: commands, options, case ids. All of it comes from
# copyhang itself, so that nothing is to be kept up here when an option is added.

_copyhang_commands() { # COPYHANG
	"$1" help 2>/dev/null | sed -n 's/^    copyhang \([a-z-]*\) - .*/\1/p'
}

_copyhang_options() { # COPYHANG COMMAND
	{
		"$1" help "$2" 2>/dev/null | sed -n '/^    --/p' | grep -o -- '--[a-z][a-z-]*'
		echo --help
	} | sort -u
}

# One part of an id after the other: there are thousands, but a few dozen of each part.
_copyhang_ids() { # COPYHANG WORD
	local done=${2%"${2##*/}"}
	"$1" list --no-install --only "$2*" 2>/dev/null | awk -v done=${#done} '
		{ end = index(substr($0, done + 1), "/"); print end ? substr($0, 1, done + end) : $0 }' | sort -u
}

_copyhang() { # COPYHANG WORD WORD-BEFORE
	local command='' cases='' i words=''

	for ((i = 1; i < COMP_CWORD; i++)); do
		# What follows is the program that is put to the test.
		[[ ${COMP_WORDS[i]} != -- || $command != exec ]] || {
			((i + 1 != COMP_CWORD)) || mapfile -t COMPREPLY < <(compgen -c -- "$2")
			return
		}
		[[ $command || ${COMP_WORDS[i]} == -* ]] || command=${COMP_WORDS[i]}
	done

	case $command:$3:$2 in
	:*:-*) words='--help --version' ;;
	:*) words=$(_copyhang_commands "$1") ;;
	*:--only:* | *:--case:* | explain:explain:[!-]*) cases=yes words=$(_copyhang_ids "$1" "$2") ;;
	*:-*) words=$(_copyhang_options "$1" "$command") ;;
	help:*) words=$(_copyhang_commands "$1") ;;
	kernels:kernels:*) words='list fetch prune' ;;
	export:export:*) words=$("$1" export 2>/dev/null | cut -d' ' -f1) ;;
	import:import:*) words=$("$1" import 2>/dev/null | cut -d' ' -f1) ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$2")
	[[ ! $cases || ${COMPREPLY[0]:-} != */ ]] || compopt -o nospace
}

# Where there is nothing of ours it is a file: a report, a kernel, a baseline.
complete -o default -F _copyhang copyhang
