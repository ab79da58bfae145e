# SPDX-License-Identifier: GPL-2.0-only
#
# `cpack -G DEB`: a package for Debian and what comes of it. stage.cmake adds what only Debian asks for.
set(CPACK_PACKAGE_CONTACT "copyhang developers <copyhang@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "show which ways of copying bytes hang other processes")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "\
While sendfile(2) or splice(2) move bytes into a pipe they hold the pipe's
lock, also while they wait for a source that has nothing to give. Whoever
drops the other end of that pipe by then waits too, and cannot be killed.
.
copyhang plays such scenes on the running kernel, or in guests on others,
for every way of copying, and tells with proof which are safe. It puts
programs to the same test, and finds the kernel that changed a verdict.")
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# What is static needs no library; else dpkg-shlibdeps(1), and file(1) for it, say which.
if(NOT COPYHANG_STATIC)
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

# What scripts/setup installs for a purpose, but for what is on every machine.
function(packages_for purpose result)
  file(STRINGS scripts/setup lines REGEX "^${purpose} +[a-z0-9.+-]+ +[^ ]+$")
  list(FILTER lines EXCLUDE REGEX " util-linux ")
  list(TRANSFORM lines REPLACE "^[a-z]+ +([^ ]+) .*" "\\1")
  list(JOIN lines ", " lines)
  set(${result} ${lines} PARENT_SCOPE)
endfunction()
packages_for(run CPACK_DEBIAN_PACKAGE_DEPENDS)
packages_for(matrix CPACK_DEBIAN_PACKAGE_RECOMMENDS)
packages_for(bisect CPACK_DEBIAN_PACKAGE_SUGGESTS)

# The package's own changelog names the version; what changed stands in the repository.
string(TIMESTAMP CHANGED "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(scripts/package/changelog.in package/changelog @ONLY)

# For those who test what is uploaded: `autopkgtest copyhang.deb FOLDER -- ...`, which takes the changelog's
# first line for the name and the version.
file(READ ${CMAKE_BINARY_DIR}/package/changelog changelog)
string(REGEX REPLACE "^#[^\n]*\n" "" changelog "${changelog}")
file(WRITE ${CMAKE_BINARY_DIR}/package/autopkgtest/changelog "${changelog}")
set(tests ${CMAKE_INSTALL_DATADIR}/copyhang/autopkgtest)
install(DIRECTORY scripts/package/autopkgtest/debian DESTINATION ${tests} USE_SOURCE_PERMISSIONS)
install(FILES ${CMAKE_BINARY_DIR}/package/autopkgtest/changelog DESTINATION ${tests}/debian)

# The same for tmt: `tmt --root FOLDER run provision ...`.
install(DIRECTORY scripts/package/tmt DESTINATION ${CMAKE_INSTALL_DATADIR}/copyhang USE_SOURCE_PERMISSIONS)
# The root of its metadata: a file with nothing but this number (fmf's documentation, "Version").
file(WRITE ${CMAKE_BINARY_DIR}/fmf/version "1\n")
install(FILES ${CMAKE_BINARY_DIR}/fmf/version DESTINATION ${CMAKE_INSTALL_DATADIR}/copyhang/tmt/.fmf)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/scripts/package/stage.cmake)
set(CPACK_COPYHANG_CHANGELOG ${CMAKE_BINARY_DIR}/package/changelog)
include(CPack)
