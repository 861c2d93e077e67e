# SPDX-License-Identifier: EUPL-1.2
#
# The bill of materials, CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/), made by the build from what the programs are linked
# with, so that it cannot say less than the truth: a library that is not in the table below stops the build.
#
#   cmake -DOUT=FILE -DSOURCE=DIR -DVERSION=X -DPROGRAMS=a;b -P sbom.cmake
#
# What is vendored has a README.md beside it, whose table names package, version and licence.

cmake_minimum_required(VERSION 3.25)

# soname begins with | name | module of pkg-config, or the version's command | licence (SPDX)
set(KNOWN
  "libmicrohttpd.so|libmicrohttpd|libmicrohttpd|LGPL-2.1-or-later"
  "libsqlite3.so|sqlite|sqlite3|blessing"
  "liblua5.4.so|lua|lua5.4|MIT"
  "libjansson.so|jansson|jansson|MIT"
  "libsodium.so|libsodium|libsodium|ISC"
  "libpcre2-8.so|pcre2|libpcre2-8|BSD-3-Clause"
  "libarchive.so|libarchive|libarchive|BSD-2-Clause"
  "libz.so|zlib|zlib|Zlib"
  "libcmark-gfm-extensions.so|cmark-gfm-extensions|libcmark-gfm|BSD-2-Clause"
  "libcmark-gfm.so|cmark-gfm|libcmark-gfm|BSD-2-Clause"
  "libm.so|glibc|libc|LGPL-2.1-or-later"
  "libc.so|glibc|libc|LGPL-2.1-or-later"
  "ld-linux|glibc|libc|LGPL-2.1-or-later"
  "libgcc_s.so|libgcc|libc|GPL-3.0-or-later WITH GCC-exception-3.1")
set(TOOLS "^lib(asan|ubsan|tsan|gcov)") # of builds for tests

function(version_of module out)
  if(module STREQUAL "libc")
    execute_process(COMMAND getconf GNU_LIBC_VERSION OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(REGEX REPLACE "^glibc " "" text "${text}")
  else()
    execute_process(COMMAND pkg-config --modversion ${module} OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE)
  endif()
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

function(component name version licence more)
  # An expression is no id (SPDX licence list).
  if(licence MATCHES " ")
    set(said "{\"expression\": \"${licence}\"}")
  else()
    set(said "{\"license\": {\"id\": \"${licence}\"}}")
  endif()
  set(text "    {\"type\": \"library\", \"name\": \"${name}\", \"version\": \"${version}\", \"licenses\": [${said}]${more}}")
  set_property(GLOBAL APPEND_STRING PROPERTY components "${text},\n")
endfunction()

set(done "")
foreach(program IN LISTS PROGRAMS)
  execute_process(COMMAND readelf -d ${program} OUTPUT_VARIABLE dynamic COMMAND_ERROR_IS_FATAL ANY)
  # Lists of CMake do not split between square brackets.
  string(REGEX REPLACE "[][]" "|" dynamic "${dynamic}")
  string(REGEX MATCHALL "\\(NEEDED\\)[^|]*\\|[^|]+" needed "${dynamic}")
  foreach(line IN LISTS needed)
    string(REGEX REPLACE ".*\\|" "" soname "${line}")
    if(soname MATCHES "${TOOLS}")
      continue()
    endif()
    set(found "")
    foreach(row IN LISTS KNOWN)
      string(REPLACE "|" ";" row "${row}")
      list(GET row 0 start)
      string(FIND "${soname}" "${start}" at)
      if(at EQUAL 0)
        set(found "${row}")
        break()
      endif()
    endforeach()
    if(NOT found)
      message(FATAL_ERROR "${program} is linked with ${soname}, which cmake/sbom.cmake does not know. Add it, with its licence.")
    endif()
    list(GET found 1 name)
    if(NOT name IN_LIST done)
      list(APPEND done ${name})
      list(GET found 2 module)
      list(GET found 3 licence)
      version_of(${module} version)
      component("${name}" "${version}" "${licence}" ", \"purl\": \"pkg:generic/${name}@${version}\"")
    endif()
  endforeach()
endforeach()

# What is not linked but loaded when it is needed first (host/base/egress_library.h).
version_of(libcurl version)
component("curl" "${version}" "curl" ", \"purl\": \"pkg:generic/curl@${version}\"")

file(GLOB_RECURSE readmes ${SOURCE}/lua/README.md ${SOURCE}/host/README.md)
list(FILTER readmes INCLUDE REGEX "/vendor/")
foreach(readme IN LISTS readmes)
  file(READ ${readme} text)
  string(REGEX MATCH "\\| package \\| `([^`]+)` ([0-9.]+)" _ "${text}")
  set(name "${CMAKE_MATCH_1}")
  set(version "${CMAKE_MATCH_2}")
  string(REGEX MATCH "\\| licence \\| ([A-Za-z0-9.-]+)" _ "${text}")
  set(licence "${CMAKE_MATCH_1}")
  if(NOT name OR NOT version OR NOT licence)
    message(FATAL_ERROR "${readme} does not name package, version and licence.")
  endif()
  get_filename_component(folder ${readme} DIRECTORY)
  file(GLOB files ${folder}/*.css ${folder}/*.js ${folder}/*.c ${folder}/*.h)
  set(parts "")
  foreach(file IN LISTS files)
    file(SHA256 ${file} hash)
    get_filename_component(short ${file} NAME)
    list(APPEND parts "{\"type\": \"file\", \"name\": \"${short}\", \"hashes\": [{\"alg\": \"SHA-256\", \"content\": \"${hash}\"}]}")
  endforeach()
  list(JOIN parts ", " parts)
  component("${name}" "${version}" "${licence}" ", \"components\": [${parts}]")
endforeach()

get_property(components GLOBAL PROPERTY components)
string(REGEX REPLACE ",\n$" "" components "${components}")
file(WRITE ${OUT} "{
  \"bomFormat\": \"CycloneDX\",
  \"specVersion\": \"1.5\",
  \"version\": 1,
  \"metadata\": {\"component\": {\"type\": \"application\", \"name\": \"interlink\", \"version\": \"${VERSION}\", \"licenses\": [{\"license\": {\"id\": \"EUPL-1.2\"}}]}},
  \"components\": [
${components}
  ]
}
")
