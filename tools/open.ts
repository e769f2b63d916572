import { commandIo } from "./operate/command";
import { openCommand } from "./operate/open/command";
import { endWith } from "./terminal/commandLine";

endWith(openCommand(process.argv.slice(2), commandIo()));
