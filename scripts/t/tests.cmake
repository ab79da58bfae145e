# SPDX-License-Identifier: GPL-2.0-only
#
# The tests as ctest has them. Read twice: included by CMakeLists.txt, it has ctest read it as well,
# which then lists the perl tests as they are by that time: a new one needs no configuring.
# A test that says `# long: REASON` has the label `long`: `ctest -LE long` leaves it out.
set(limit 1800) # s; a wedged test must not take all others with it

if(CMAKE_PROJECT_NAME)
  set(list ${CMAKE_BINARY_DIR}/perl-tests.cmake)
  file(WRITE ${list} "set(build \"${CMAKE_BINARY_DIR}\")\ninclude(\"${CMAKE_CURRENT_LIST_FILE}\")\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${list})
  get_property(programs DIRECTORY PROPERTY TESTS)
  set_tests_properties(${programs} PROPERTIES SKIP_RETURN_CODE 4 TIMEOUT ${limit})
  set_tests_properties(fuzz PROPERTIES RUN_SERIAL ON)
  return()
endif()

file(GLOB tests ${CMAKE_CURRENT_LIST_DIR}/*.t)
foreach(test IN LISTS tests)
  get_filename_component(name ${test} NAME)
  add_test(${name} prove ${test})
  set_tests_properties(${name} PROPERTIES ENVIRONMENT COPYHANG_BUILD=${build} TIMEOUT ${limit})
  file(STRINGS ${test} long REGEX "^# long: ")
  if(long)
    set_tests_properties(${name} PROPERTIES LABELS long)
  endif()
endforeach()
# It overloads the machine, which would only make the others slow.
set_tests_properties(overload.t PROPERTIES RUN_SERIAL ON)
