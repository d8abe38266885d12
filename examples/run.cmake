# Runs PROGRAM in FOLDER, emptied before, with BIN first on the PATH; fails unless it ends well and prints what EXPECTED holds.
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
set(ENV{PATH} "${BIN}:$ENV{PATH}")
execute_process(COMMAND "${PROGRAM}" WORKING_DIRECTORY "${FOLDER}" OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
file(READ "${EXPECTED}" expected)
if(NOT output STREQUAL expected)
    message(FATAL_ERROR "printed:\n${output}\nexpected:\n${expected}")
endif()
