import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

export type Task = { readonly id: string; readonly title: string };

export type Tasks = {
  of(owner: string): Task[];
  add(owner: string, title: string): Task;
};

/** Each statement names the owner. With Postgres, let the database restrict the rows too. */
export function openTasks(file: string): Tasks {
  const database = new DatabaseSync(file);
  database.exec(
    "create table if not exists task (id text primary key, owner text not null, title text not null) strict",
  );
  const select = database.prepare("select id, title from task where owner = ? order by rowid desc");
  const insert = database.prepare("insert into task (id, owner, title) values (?, ?, ?)");
  return {
    of: (owner) => select.all(owner) as Task[],
    add(owner, title) {
      const id = randomUUID();
      insert.run(id, owner, title);
      return { id, title };
    },
  };
}
