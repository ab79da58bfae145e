# SPDX-License-Identifier: GPL-2.0-only
#
# The manual pages, all made at once of the POD that `copyhang help` shows.
set(pages ${CMAKE_BINARY_DIR}/man)
file(MAKE_DIRECTORY ${pages})
file(GLOB sources scripts/man/*.pod)
list(APPEND sources scripts/man/make VERSION)
find_package(Perl REQUIRED)

add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/man.stamp
  COMMAND ${PERL_EXECUTABLE} ${CMAKE_SOURCE_DIR}/scripts/man/make ${PROJECT_VERSION} ${pages}
  COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/man.stamp
  DEPENDS ${sources}
  COMMENT "Making the manual pages"
  VERBATIM)
add_custom_target(man ALL DEPENDS ${CMAKE_BINARY_DIR}/man.stamp)

install(DIRECTORY scripts/man DESTINATION ${CMAKE_INSTALL_DATADIR}/copyhang
        FILES_MATCHING PATTERN "*.pod")
install(DIRECTORY ${pages}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN "*.1")
install(DIRECTORY ${pages}/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man7 FILES_MATCHING PATTERN "*.7")
