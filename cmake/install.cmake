# What `cmake --install` lays down: the program, the libraries with DuckDB's beside them, the headers, and the package files
# that make find_package(dualstore) give the target dualstore::dualstore. The tree can be moved: libraries find each other by $ORIGIN.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/dualstore")

install(TARGETS dualstore EXPORT dualstoreTargets
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
        INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS dualstore_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS dualstore_embedded LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES "${duckdb_dir}/lib/libduckdb.so" DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/dualstore" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.hpp")

install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES "${duckdb_dir}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.duckdb)
install(FILES "${yyjson_dir}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.yyjson)
install(FILES "${aws_crt_dir}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.aws-crt)
install(FILES "${aws_crt_dir}/NOTICE" DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME NOTICE.aws-crt)
install(FILES "${aws_crt_dir}/THIRD-PARTY-LICENSES.txt" DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME LICENSE.aws-crt-third-party)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/dualstoreConfig.cmake.in" "${PROJECT_BINARY_DIR}/dualstoreConfig.cmake"
                              INSTALL_DESTINATION ${package_dir})
# Before 1.0 a new minor version may break its users.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/dualstoreConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/dualstoreConfig.cmake" "${PROJECT_BINARY_DIR}/dualstoreConfigVersion.cmake" DESTINATION ${package_dir})
install(EXPORT dualstoreTargets NAMESPACE dualstore:: DESTINATION ${package_dir})
