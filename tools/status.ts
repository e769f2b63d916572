import { commandIo } from "./operate/command";
import { statusCommand } from "./operate/status/command";
import { endWith } from "./terminal/commandLine";

endWith(statusCommand(process.argv.slice(2), commandIo()));
