import { run } from "@traced-fargate/service";
import { date } from "./service";

void run(date);
