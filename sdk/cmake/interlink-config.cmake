# SPDX-License-Identifier: EUPL-1.2
#
# find_package(interlink REQUIRED) gives interlink_add_plugin.
include(${CMAKE_CURRENT_LIST_DIR}/InterlinkPlugin.cmake)
