# SPDX-License-Identifier: EUPL-1.2
#
# interlink_add_plugin: a package folder ready for `interlink plugin check` and `interlink plugin add`.
#
#     include(InterlinkPlugin)
#     interlink_add_plugin(my-tool SOURCES my-tool.c)     # native: builds plugin.so beside the manifest
#     interlink_add_plugin(my-form)                       # Lua: nothing to build
#
# The folder with interlinker.json is the one that calls it (or FOLDER); the package is made in
# ${CMAKE_CURRENT_BINARY_DIR}/<id> (or OUTPUT). The target <id> is part of "all".
include_guard(GLOBAL)
set(INTERLINK_SDK_FOLDER ${CMAKE_CURRENT_LIST_DIR})

function(interlink_add_plugin id)
  cmake_parse_arguments(arg "" "FOLDER;OUTPUT" "SOURCES" ${ARGN})
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  if(NOT arg_OUTPUT)
    set(arg_OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${id})
  endif()
  if(NOT EXISTS ${arg_FOLDER}/interlinker.json)
    message(FATAL_ERROR "interlink_add_plugin(${id}): there is no interlinker.json in ${arg_FOLDER}")
  endif()

  # What belongs to a package; sources and build files do not.
  file(GLOB_RECURSE files RELATIVE ${arg_FOLDER} CONFIGURE_DEPENDS
    ${arg_FOLDER}/interlinker.json ${arg_FOLDER}/*.lua ${arg_FOLDER}/instructions*.md ${arg_FOLDER}/web/*
    ${arg_FOLDER}/i18n/*.json ${arg_FOLDER}/templates/* ${arg_FOLDER}/snapshots/*)
  set(made "")
  foreach(file IN LISTS files)
    add_custom_command(OUTPUT ${arg_OUTPUT}/${file}
      COMMAND ${CMAKE_COMMAND} -E copy ${arg_FOLDER}/${file} ${arg_OUTPUT}/${file}
      DEPENDS ${arg_FOLDER}/${file} VERBATIM)
    list(APPEND made ${arg_OUTPUT}/${file})
  endforeach()
  add_custom_target(plugin_${id} ALL DEPENDS ${made})

  if(arg_SOURCES)
    add_library(plugin_${id}_code MODULE ${arg_SOURCES})
    set_target_properties(plugin_${id}_code PROPERTIES PREFIX "" OUTPUT_NAME plugin SUFFIX ".so"
      LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT} C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden)
    if(TARGET PkgConfig::INTERLINK)
      target_link_libraries(plugin_${id}_code PRIVATE PkgConfig::INTERLINK)
    else()
      target_include_directories(plugin_${id}_code PRIVATE ${INTERLINK_SDK_FOLDER}/../include)
    endif()
    add_dependencies(plugin_${id} plugin_${id}_code)
  endif()
endfunction()
