import { run } from "@traced-fargate/service";
import { hello } from "./service";

void run(hello);
