import { endWith } from "../../../tools/terminal/commandLine";
import { rehearseCommand } from "./command";

endWith(rehearseCommand(process.argv.slice(2), process));
