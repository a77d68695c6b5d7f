/**
 * Baseline a: Express 5 as its documentation shows it. Reads the JSON and answers what the API answers, without checking or
 * storing anything.
 */
import express from 'express';
import { listen } from './listen.ts';

const app = express();
app.use(express.json());

app.post('/v1/captures', (request, response) => {
  const { kind, subject } = request.body as { kind: string; subject: string };
  const id = 'cap_0190f3a2b4c57d8e9f00112233445566';
  const now = new Date().toISOString();
  response
    .status(202)
    .location(`/v1/captures/${id}`)
    .json({
      id,
      kind,
      subject,
      status: 'queued',
      createdAt: now,
      expectedBy: now,
      expiresAt: now,
      links: { self: `/v1/captures/${id}` },
    });
});

listen(app);
