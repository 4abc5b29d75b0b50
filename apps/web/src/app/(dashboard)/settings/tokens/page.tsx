import type { Metadata } from 'next';
import { resources } from '../../../../data/resources.ts';
import { Prefetch } from '../../../../server/prefetch.tsx';
import { TokensPage } from './tokens-page.tsx';

export const metadata: Metadata = { title: 'API tokens' };

export default function Page() {
  return (
    <Prefetch resources={[resources.tokens]}>
      <TokensPage />
    </Prefetch>
  );
}
