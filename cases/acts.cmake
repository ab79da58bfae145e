# SPDX-License-Identifier: GPL-2.0-only
#
# Gives PROGRAM, copyhang-cases, the name of each act that it has cases of, and takes away the names
# of those that it had: a row in acts.c is all that an act needs.
execute_process(COMMAND ${PROGRAM} --list OUTPUT_VARIABLE ids RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} does not list its cases: ${status}")
endif()
string(REGEX MATCHALL "[^/\n]+/[^\n]*\n" acts "${ids}")
list(TRANSFORM acts REPLACE "/.*" "")
list(REMOVE_DUPLICATES acts)

get_filename_component(folder ${PROGRAM} DIRECTORY)
get_filename_component(program ${PROGRAM} NAME)
file(GLOB names ${folder}/*)
foreach(name IN LISTS names)
  if(IS_SYMLINK ${name})
    file(REMOVE ${name})
  endif()
endforeach()
foreach(act IN LISTS acts)
  file(CREATE_LINK ${program} ${folder}/${act} SYMBOLIC)
endforeach()
