import { endWith } from "./commandLine";
import { leftoversCommand } from "./leftovers/command";

endWith(leftoversCommand(process.argv.slice(2), process.cwd(), process));
