import { leftoversCommand } from "./leftovers/command";
import { endWith } from "./terminal/commandLine";

endWith(leftoversCommand(process.argv.slice(2), process.cwd(), process));
