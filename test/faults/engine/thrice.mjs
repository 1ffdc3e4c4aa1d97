// Loaded into a host before it starts, from its own folder: it gets each notification of the database three times.
import pg from 'pg';

const { emit } = pg.Client.prototype;
pg.Client.prototype.emit = function (name, ...values) {
  if (name === 'notification') for (const _ of [1, 2]) emit.call(this, name, ...values);
  return emit.call(this, name, ...values);
};
