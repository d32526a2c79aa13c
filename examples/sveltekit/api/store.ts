import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, type ReadStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pipeline } from "node:stream/promises";

export type Task = { id: string; title: string; completed: boolean };
export type StoredFile = { id: string; name: string; size: number };

/** Tasks and files. Every function takes the user that they belong to. */
export type Store = ReturnType<typeof openStore>;

export function openStore(folder: string) {
  const files = join(folder, "files");
  mkdirSync(files, { recursive: true });
  const database = new DatabaseSync(join(folder, "api.sqlite"));
  database.exec(`
    create table if not exists task (id text primary key, user_id text not null, title text not null,
      completed integer not null default 0);
    create table if not exists file (id text primary key, user_id text not null, name text not null,
      size integer not null);
  `);
  const selectTasks = database.prepare(
    "select id, title, completed from task where user_id = ? order by rowid",
  );
  const insertTask = database.prepare("insert into task (id, user_id, title) values (?, ?, ?)");
  const updateTask = database.prepare("update task set completed = ? where user_id = ? and id = ?");
  const deleteTask = database.prepare("delete from task where user_id = ? and id = ?");
  const selectFiles = database.prepare("select id, name, size from file where user_id = ? order by rowid");
  const selectFile = database.prepare("select id from file where user_id = ? and id = ?");
  const insertFile = database.prepare("insert into file (id, user_id, name, size) values (?, ?, ?, ?)");

  return {
    listTasks: (userId: string): Task[] =>
      selectTasks.all(userId).map(({ id, title, completed }) => ({
        id: String(id),
        title: String(title),
        completed: completed === 1,
      })),
    createTask(userId: string, title: string): Task {
      const id = randomUUID();
      insertTask.run(id, userId, title);
      return { id, title, completed: false };
    },
    /** Returns whether there is such a task. */
    completeTask: (userId: string, id: string, completed: boolean): boolean =>
      updateTask.run(completed ? 1 : 0, userId, id).changes > 0,
    deleteTask: (userId: string, id: string): boolean => deleteTask.run(userId, id).changes > 0,

    listFiles: (userId: string): StoredFile[] =>
      selectFiles.all(userId).map(({ id, name, size }) => ({
        id: String(id),
        name: String(name),
        size: Number(size),
      })),
    /** Writes the stream to a new file, which does not have the name that the user gave. */
    async saveFile(userId: string, name: string, content: ReadableStream<Uint8Array>): Promise<StoredFile> {
      const id = randomUUID();
      const path = join(files, id);
      try {
        await pipeline(content, createWriteStream(path));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      const { size } = await stat(path);
      insertFile.run(id, userId, name, size);
      return { id, name, size };
    },
    openFile: (userId: string, id: string): ReadStream | undefined =>
      selectFile.get(userId, id) && createReadStream(join(files, id)),
  };
}
