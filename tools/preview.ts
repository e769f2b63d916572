import { previewCommand } from "./preview/command";
import { endWith } from "./terminal/commandLine";

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
endWith(previewCommand(process.argv.slice(2), process.cwd(), process));
