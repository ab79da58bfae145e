# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own kselftest.h, never a copy in this repository. Makes
#
#   kselftest         INTERFACE target: the include folder of kselftest.h
#   kselftest-runner  completes that folder with the kernel's run_kselftest.sh, when it is
#                     one that was extracted here; a kernel tree has it already
#
# and KSELFTEST_INCLUDE_DIR in the cache: a kernel's tools/testing/selftests, whole or in part.

set(KSELFTEST_DIR "$ENV{KSELFTEST_DIR}" CACHE PATH
    "Folder that has kselftest.h: tools/testing/selftests of a kernel tree")
set(KERNEL_SRC "$ENV{KERNEL_SRC}" CACHE PATH "Kernel tree that kselftest.h is taken from")

# The newest kernel source archive of the distribution, or "": Debian has
# /usr/src/linux-source-6.1.tar.xz, Ubuntu /usr/src/linux-source-6.8.0/linux-source-6.8.0.tar.bz2.
function(newest_kernel_archive result)
  file(GLOB archives /usr/src/linux-source-*.tar.* /usr/src/linux-source-*/linux-source-*.tar.*)
  set(newest "")
  set(newest_version 0)
  foreach(archive IN LISTS archives)
    if(archive MATCHES "linux-source-([0-9.]+)\\.tar\\.(xz|bz2|gz|zst)$"
       AND CMAKE_MATCH_1 VERSION_GREATER newest_version)
      set(newest "${archive}")
      set(newest_version "${CMAKE_MATCH_1}")
    endif()
  endforeach()
  set(${result} "${newest}" PARENT_SCOPE)
endfunction()

# Command that extracts patterns below tools/testing/selftests into the folder.
function(extract_command result archive folder)
  list(TRANSFORM ARGN PREPEND "*/tools/testing/selftests/")
  set(${result}
      tar -x -f "${archive}" -C "${folder}" --strip-components=4 --touch --wildcards ${ARGN}
      PARENT_SCOPE)
endfunction()

# Extracts kselftest.h into the folder, once for each archive.
function(extract_kselftest_h archive folder)
  file(TIMESTAMP "${archive}" time)
  set(stamp "${archive} ${time}\n")
  set(stamp_file "${folder}/extracted-from")
  if(EXISTS "${stamp_file}")
    file(READ "${stamp_file}" extracted)
    if(extracted STREQUAL stamp)
      return()
    endif()
  endif()

  message(STATUS "Extracting kselftest.h from ${archive} (once; takes about 10 s)")
  file(REMOVE_RECURSE "${folder}")
  file(MAKE_DIRECTORY "${folder}")
  extract_command(extract "${archive}" "${folder}" kselftest.h)
  # One occurrence: the rest of the archive is not read.
  execute_process(COMMAND ${extract} --occurrence=1
                  RESULT_VARIABLE failed ERROR_VARIABLE why)
  if(failed)
    message(FATAL_ERROR "Cannot extract kselftest.h from ${archive}: ${why}")
  endif()
  file(WRITE "${stamp_file}" "${stamp}")
endfunction()

add_custom_target(kselftest-runner)
newest_kernel_archive(archive)

if(KSELFTEST_DIR)
  set(folder "${KSELFTEST_DIR}")
  if(NOT EXISTS "${folder}/kselftest.h")
    message(FATAL_ERROR "KSELFTEST_DIR=${KSELFTEST_DIR}: no kselftest.h there")
  endif()
elseif(KERNEL_SRC)
  set(folder "${KERNEL_SRC}/tools/testing/selftests")
  if(NOT EXISTS "${folder}/kselftest.h")
    message(FATAL_ERROR
            "KERNEL_SRC=${KERNEL_SRC}: no tools/testing/selftests/kselftest.h there")
  endif()
elseif(archive)
  set(folder "${CMAKE_BINARY_DIR}/kselftest-include")
  extract_kselftest_h("${archive}" "${folder}")
  extract_command(extract_runner "${archive}" "${folder}" run_kselftest.sh "kselftest/*")
  add_custom_command(
    OUTPUT "${folder}/run_kselftest.sh"
    COMMAND ${extract_runner}
    DEPENDS "${folder}/extracted-from"
    COMMENT "Extracting the kernel's run_kselftest.sh from ${archive}"
    VERBATIM)
  add_custom_target(extract-kselftest-runner DEPENDS "${folder}/run_kselftest.sh")
  add_dependencies(kselftest-runner extract-kselftest-runner)
else()
  message(FATAL_ERROR
    "The kernel's kselftest.h is needed. Give one of\n"
    "  -DKSELFTEST_DIR=DIR  a folder that has it: tools/testing/selftests of a kernel tree\n"
    "  -DKERNEL_SRC=DIR     a kernel tree\n"
    "or install the distribution's kernel source: apt-get install linux-source")
endif()

set(KSELFTEST_INCLUDE_DIR "${folder}" CACHE INTERNAL "Where kselftest.h is")
add_library(kselftest INTERFACE)
target_include_directories(kselftest SYSTEM INTERFACE "${folder}")
