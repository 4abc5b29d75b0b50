import type { Metadata } from 'next';
import { AccountPage } from './account-page.tsx';

export const metadata: Metadata = { title: 'Settings' };

export default function Page() {
  return <AccountPage />;
}
