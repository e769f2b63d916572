import { commandIo } from "./operate/command";
import { logsCommand } from "./operate/logs/command";
import { endWith } from "./terminal/commandLine";

endWith(logsCommand(process.argv.slice(2), commandIo()));
