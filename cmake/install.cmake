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

# Of what is inside the libraries.
function(dualstore_install_licenses folder component)
    foreach(license "${PROJECT_SOURCE_DIR}/LICENSE:LICENSE" "${duckdb_dir}/LICENSE:LICENSE.duckdb" "${yyjson_dir}/LICENSE:LICENSE.yyjson"
                    "${aws_crt_dir}/LICENSE:LICENSE.aws-crt" "${aws_crt_dir}/NOTICE:NOTICE.aws-crt"
                    "${aws_crt_dir}/THIRD-PARTY-LICENSES.txt:LICENSE.aws-crt-third-party")
        string(REGEX MATCH "^(.*):(.*)$" ignored "${license}")
        install(FILES "${CMAKE_MATCH_1}" DESTINATION "${folder}" RENAME "${CMAKE_MATCH_2}" COMPONENT "${component}")
    endforeach()
    install(FILES /usr/share/doc/liburing-dev/copyright DESTINATION "${folder}" RENAME LICENSE.liburing COMPONENT "${component}" OPTIONAL)
endfunction()
dualstore_install_licenses(${CMAKE_INSTALL_DOCDIR} Unspecified)

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/dualstoreConfig.cmake.in" "${PROJECT_BINARY_DIR}/dualstoreConfig.cmake"
                              INSTALL_DESTINATION ${package_dir})
# Before 1.0 a new minor version may break its users.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/dualstoreConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/dualstoreConfig.cmake" "${PROJECT_BINARY_DIR}/dualstoreConfigVersion.cmake" DESTINATION ${package_dir})
install(EXPORT dualstoreTargets NAMESPACE dualstore:: DESTINATION ${package_dir})
