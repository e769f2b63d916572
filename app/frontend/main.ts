import { run } from "@traced-fargate/service";
import { frontend } from "./service";

void run(frontend);
