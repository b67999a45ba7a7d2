// Pages for people who work here: all of them work without this.

import { listenForTheme } from "./theme.js";

listenForTheme();
