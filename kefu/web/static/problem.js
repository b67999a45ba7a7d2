// The page that says what went wrong: what was typed on the page before it is still there.

import { keepDrafts } from "./drafts.js";

keepDrafts();
