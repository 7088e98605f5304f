import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../test/support/redis.ts'

/** A receiver that is never the bottleneck: nginx answers 204 and writes down the id and the length of what it got. */
export interface Nginx {
  url: string
  pid: number
  /** Event ids received since the last `forget`, with the bytes of each body; waits until there are `count`. */
  received(count: number): Promise<Map<string, number>>
  forget(): Promise<void>
  stop(): Promise<void>
}

export async function startNginx(): Promise<Nginx> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-nginx-'))
  const port = await freePort()
  const log = path.join(folder, 'access.log')
  const config = path.join(folder, 'nginx.conf')
  await writeFile(
    config,
    `worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log crit;
events { worker_connections 4096; }
http {
  log_format got '$http_webhook_id $content_length';
  access_log ${log} got buffer=64k flush=100ms;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  client_body_buffer_size 512k; client_max_body_size 1m;
  keepalive_requests 1000000000; keepalive_timeout 60s;
  server { listen 127.0.0.1:${port} backlog=4096; location / { return 204; } }
}
`,
  )
  const child = spawn('nginx', ['-c', config, '-e', `${folder}/error.log`], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  for (;;) {
    if (child.exitCode !== null) throw new Error('nginx did not start.')
    const answers = await fetch(url).then(
      (response) => response.status === 204,
      () => false,
    )
    if (answers) break
    await delay(20)
  }
  const read = async () => {
    const got = new Map<string, number>()
    for await (const line of createInterface({ input: createReadStream(log) })) {
      const [id = '', length] = line.split(' ')
      if (id !== '-') got.set(id, Number(length))
    }
    return got
  }
  return {
    pid: child.pid!,
    url,
    async received(count) {
      for (let tries = 0; ; tries++) {
        const got = await read()
        if (got.size >= count || tries === 50) return got
        await delay(100)
      }
    },
    async forget() {
      await delay(200)
      await truncate(log)
    },
    async stop() {
      const exited = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}
