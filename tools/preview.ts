import { previewCommand } from "./preview/command";
import { endWith } from "./terminal/commandLine";

// A reader that stops reading, such as `head`, is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
endWith(previewCommand(process.argv.slice(2), process.cwd(), process));
