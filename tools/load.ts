import { commandIo } from "./operate/command";
import { loadCommand } from "./operate/load/command";
import { endWith } from "./terminal/commandLine";

endWith(loadCommand(process.argv.slice(2), commandIo()));
