import { commandIo } from "./operate/command";
import { endWith } from "./terminal/commandLine";
import { tracesCommand } from "./traces/command";

endWith(tracesCommand(process.argv.slice(2), commandIo()));
