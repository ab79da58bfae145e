# SPDX-License-Identifier: GPL-2.0-only
#
# The floors of the harness: each a folder, and a library that sees only what is below it.
#
#   floor(NAME SOURCES FILE... [BELOW FLOOR...])
#
# That holds in two ways. A floor's include path has its own folder and those of the floors below: a
# header from above is not found. And each floor is linked whole, with what is below it, to a program
# that does nothing (floors.c): a function from above is not found either, however it was declared.
# Within a floor no files may need each other in a circle (circles.cmake).
function(floor name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;BELOW")
  set(folder ${CMAKE_SOURCE_DIR}/harness/${name})
  list(TRANSFORM arg_SOURCES PREPEND ${folder}/)
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${folder})
  target_link_libraries(${name} PUBLIC ${arg_BELOW})

  add_executable(floor-${name} ${CMAKE_SOURCE_DIR}/harness/floors.c)
  add_dependencies(floor-${name} ${name})
  target_link_libraries(floor-${name} PRIVATE
                        -Wl,--whole-archive $<TARGET_FILE:${name}> -Wl,--no-whole-archive
                        ${arg_BELOW} Threads::Threads)
  add_custom_command(TARGET floor-${name} POST_BUILD
                     COMMAND ${CMAKE_COMMAND} -D NM=${CMAKE_NM} -D ARCHIVE=$<TARGET_FILE:${name}>
                             -P ${CMAKE_SOURCE_DIR}/harness/circles.cmake)
  set_target_properties(floor-${name} PROPERTIES
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/floors)
endfunction()
