# SPDX-License-Identifier: EUPL-1.2
#
#   interlink_add_plugin(ID [FOLDER folder] [OUTPUT folder] [TWIN folder] [SOURCES source...])
#
# Makes a package that `interlink plugin install --dev` takes.
#   FOLDER   holds interlinker.json and what goes with it (i18n/, web/, templates/, snapshots/, lib/, instructions*.md,
#            *.lua); without it, the folder of the CMakeLists.txt
#   OUTPUT   where the package is made; without it, a folder named ID in the build folder
#   TWIN     a package in another language whose texts, pages and web files this one shares
#   SOURCES  in C or C++, become its plugin.so; a plugin in Lua has none
# Targets: plugin_ID, the whole package, and plugin_ID_code, to set options of the code with.

# The header: in the host's own tree a target, else what is installed with this file.
function(interlink_find_header target)
  if(TARGET interlink_sdk)
    target_link_libraries(${target} PRIVATE interlink_sdk)
    return()
  endif()
  find_path(INTERLINK_INCLUDE_DIR interlink.h
    HINTS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../include ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../../include
          ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../include
    REQUIRED)
  target_include_directories(${target} SYSTEM PRIVATE ${INTERLINK_INCLUDE_DIR})
endfunction()

# What belongs into a package, relative to its folder.
function(interlink_package_files folder out)
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${folder}
    ${folder}/interlinker.json ${folder}/instructions*.md ${folder}/*.lua)
  foreach(below i18n web templates snapshots lib)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/${below}/*)
    list(APPEND files ${found})
  endforeach()
  set(${out} ${files} PARENT_SCOPE)
endfunction()

function(interlink_add_plugin id)
  cmake_parse_arguments(PARSE_ARGV 1 plugin "" "FOLDER;OUTPUT;TWIN" "SOURCES")
  list(APPEND plugin_SOURCES ${plugin_UNPARSED_ARGUMENTS})
  if(NOT plugin_FOLDER)
    set(plugin_FOLDER ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
  if(NOT plugin_OUTPUT)
    set(plugin_OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/${id})
  endif()
  get_filename_component(folder ${plugin_FOLDER} ABSOLUTE)
  if(plugin_TWIN)
    get_filename_component(plugin_TWIN ${plugin_TWIN} ABSOLUTE)
  endif()
  get_filename_component(output ${plugin_OUTPUT} ABSOLUTE BASE_DIR ${CMAKE_CURRENT_BINARY_DIR})
  if(NOT EXISTS ${folder}/interlinker.json)
    message(FATAL_ERROR "interlink_add_plugin(${id}): ${folder} has no interlinker.json. Set FOLDER.")
  endif()

  set(copies "")
  set(taken "")
  foreach(from ${folder} ${plugin_TWIN})
    interlink_package_files(${from} files)
    list(REMOVE_ITEM files "" ${taken})
    list(APPEND taken ${files})
    if(NOT from STREQUAL output)
      foreach(file IN LISTS files)
        add_custom_command(OUTPUT ${output}/${file}
          COMMAND ${CMAKE_COMMAND} -E copy ${from}/${file} ${output}/${file}
          DEPENDS ${from}/${file} VERBATIM)
        list(APPEND copies ${output}/${file})
      endforeach()
    endif()
  endforeach()
  add_custom_target(plugin_${id} ALL DEPENDS ${copies})

  if(plugin_SOURCES)
    set(code plugin_${id}_code)
    add_library(${code} MODULE ${plugin_SOURCES})
    interlink_find_header(${code})
    set_target_properties(${code} PROPERTIES PREFIX "" OUTPUT_NAME plugin SUFFIX .so LIBRARY_OUTPUT_DIRECTORY ${output}
      C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
      LINK_DEPENDS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map)
    # One symbol goes out, none is left to be found at run time: what is missing is an error here, not in the jail.
    target_link_options(${code} PRIVATE -Wl,--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map
      -Wl,-z,defs -Wl,-z,noexecstack)
    add_dependencies(plugin_${id} ${code})
  endif()
endfunction()
