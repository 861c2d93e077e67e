# SPDX-License-Identifier: EUPL-1.2
#
# The flags of our own code, as two targets to link with:
#   interlink_options         the host, its tools and the tests
#   interlink_worker_options  the worker and what is loaded into it. The jail bounds the address space, which
#                             AddressSanitizer's shadow memory cannot live with, so these get UBSan in trap
#                             mode; unit tests run the same sources under both.

add_library(interlink_options INTERFACE)
add_library(interlink_worker_options INTERFACE)

foreach(target interlink_options interlink_worker_options)
  target_compile_definitions(${target} INTERFACE _GNU_SOURCE)
  target_compile_options(${target} INTERFACE
    -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wformat=2
    -Wno-sign-conversion -fno-strict-aliasing)
  if(INTERLINK_WERROR)
    target_compile_options(${target} INTERFACE -Werror)
  endif()
  if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
    target_compile_options(${target} INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
      -fstack-clash-protection -fcf-protection=full)
    target_link_options(${target} INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
  endif()
  if(INTERLINK_COVERAGE)
    target_compile_options(${target} INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(${target} INTERFACE --coverage)
  endif()
endforeach()

if(INTERLINK_SANITIZE)
  target_compile_options(interlink_options INTERFACE -fsanitize=address,undefined -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(interlink_options INTERFACE -fsanitize=address,undefined)
  target_compile_options(interlink_worker_options INTERFACE -fsanitize=undefined -fsanitize-undefined-trap-on-error)
endif()
if(INTERLINK_TSAN)
  target_compile_options(interlink_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(interlink_options INTERFACE -fsanitize=thread)
endif()
