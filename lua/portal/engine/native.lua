-- SPDX-License-Identifier: EUPL-1.2
-- native: what the host gives (see native.h), as a module. The host sets it before anything else is loaded.

return assert(package.loaded["native"], "the portal runs inside the host")
