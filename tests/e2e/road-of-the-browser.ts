/** Runs in the browser's network: the dashboard's address there, which leads to the dashboard by a socket that both networks see. */
import { stackPort, stackSocket } from './place.ts';
import { roadTo } from './road.ts';

roadTo({ path: stackSocket }).listen(stackPort, '127.0.0.1');
