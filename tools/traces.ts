import { endWith } from "./terminal/commandLine";
import { tracesCommand } from "./traces/command";

endWith(tracesCommand(process.argv.slice(2), process.cwd(), process));
