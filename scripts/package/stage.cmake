# SPDX-License-Identifier: GPL-2.0-only
#
# What Debian's policy asks of a package and an installation from source does not need. Read by cpack
# when all is in its place.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(usr ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr)
set(doc ${usr}/share/doc/copyhang)

configure_file(${CMAKE_CURRENT_LIST_DIR}/copyright ${doc}/copyright COPYONLY)
configure_file(${CMAKE_CURRENT_LIST_DIR}/lintian-overrides ${usr}/share/lintian/overrides/copyhang
               COPYONLY)
configure_file(${CPACK_COPYHANG_CHANGELOG} ${doc}/changelog COPYONLY)

file(GLOB programs ${usr}/libexec/copyhang/copyhang-*)
file(GLOB pages ${usr}/share/man/man*/*.[17])
execute_process(COMMAND strip --remove-section=.comment --remove-section=.note ${programs}
                COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND gzip -9n ${doc}/changelog ${pages} COMMAND_ERROR_IS_FATAL ANY)
