// SPDX-License-Identifier: EUPL-1.2
// Comfort on top of pages that work without it. Each part looks for its own elements and does nothing without them.
import { messages } from './messages.js';
import { frames } from './frames.js';
import { comfort } from './comfort.js';

for (const part of [messages, frames, comfort]) part(document);
