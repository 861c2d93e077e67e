# SPDX-License-Identifier: EUPL-1.2
#
# interlink_add_plugin: a package folder ready for `interlink plugin check` and `interlink plugin add`.
#
#     include(InterlinkPlugin)
#     interlink_add_plugin(my-tool SOURCES my-tool.c)     # native: builds plugin.so beside the manifest
#     interlink_add_plugin(my-form)                       # Lua: nothing to build
#
# The folder with interlinker.json is the one that calls it (or FOLDER); the package is made in
# ${CMAKE_CURRENT_BINARY_DIR}/<id> (or OUTPUT). What FOLDER does not have is taken from TWIN, another package folder, so that
# two plugins can share texts and templates. The target plugin_<id> is part of "all".
include_guard(GLOBAL)

function(interlink_add_plugin id)
  cmake_parse_arguments(arg "" "FOLDER;OUTPUT;TWIN" "SOURCES" ${ARGN})
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
  set(made "")
  foreach(folder IN ITEMS ${arg_FOLDER} ${arg_TWIN})
    file(GLOB_RECURSE files RELATIVE ${folder} CONFIGURE_DEPENDS
      ${folder}/interlinker.json ${folder}/*.lua ${folder}/instructions*.md ${folder}/web/* ${folder}/i18n/*.json
      ${folder}/templates/* ${folder}/snapshots/*)
    foreach(file IN LISTS files)
      if(NOT "${arg_OUTPUT}/${file}" IN_LIST made)
        add_custom_command(OUTPUT ${arg_OUTPUT}/${file}
          COMMAND ${CMAKE_COMMAND} -E copy ${folder}/${file} ${arg_OUTPUT}/${file}
          DEPENDS ${folder}/${file} VERBATIM)
        list(APPEND made ${arg_OUTPUT}/${file})
      endif()
    endforeach()
  endforeach()
  add_custom_target(plugin_${id} ALL DEPENDS ${made})

  if(arg_SOURCES)
    add_library(plugin_${id}_code MODULE ${arg_SOURCES})
    set_target_properties(plugin_${id}_code PROPERTIES PREFIX "" OUTPUT_NAME plugin SUFFIX ".so"
      LIBRARY_OUTPUT_DIRECTORY ${arg_OUTPUT} C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden)
    if(TARGET PkgConfig::INTERLINK)
      target_link_libraries(plugin_${id}_code PRIVATE PkgConfig::INTERLINK)
    else()
      target_include_directories(plugin_${id}_code PRIVATE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../include)
    endif()
    add_dependencies(plugin_${id} plugin_${id}_code)
  endif()
endfunction()
