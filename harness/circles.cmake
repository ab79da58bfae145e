# SPDX-License-Identifier: GPL-2.0-only
#
# Do any files of a floor need each other, directly or around some corners? Fails if so.
#   cmake -D NM=nm -D ARCHIVE=libFLOOR.a -P circles.cmake
cmake_minimum_required(VERSION 3.16)

execute_process(COMMAND ${NM} -A -g ${ARCHIVE} OUTPUT_VARIABLE symbols RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${NM} cannot read ${ARCHIVE}")
endif()

# Who defines what, and who uses what?
set(files "")
string(REPLACE "\n" ";" symbols "${symbols}")
foreach(symbol IN LISTS symbols)
  if(symbol MATCHES "([^:/]+)\\.o: *[0-9a-f]* ([A-Za-z]) ([A-Za-z0-9_]+)$")
    set(file ${CMAKE_MATCH_1})
    list(APPEND files ${file})
    if(CMAKE_MATCH_2 STREQUAL "U")
      list(APPEND uses_${file} ${CMAKE_MATCH_3})
    else()
      set(defines_${CMAKE_MATCH_3} ${file})
    endif()
  endif()
endforeach()
list(REMOVE_DUPLICATES files)

# Take away who needs nobody that is left, until that is nobody any more.
set(taken TRUE)
while(taken)
  set(taken FALSE)
  foreach(file IN LISTS files)
    set(needs FALSE)
    foreach(symbol IN LISTS uses_${file})
      if(DEFINED defines_${symbol} AND NOT "${defines_${symbol}}" STREQUAL "${file}"
         AND "${defines_${symbol}}" IN_LIST files)
        set(needs TRUE)
      endif()
    endforeach()
    if(NOT needs)
      list(REMOVE_ITEM files ${file})
      set(taken TRUE)
    endif()
  endforeach()
endwhile()
if(files)
  message(FATAL_ERROR "In ${ARCHIVE} there is a circle of files among ${files}")
endif()
