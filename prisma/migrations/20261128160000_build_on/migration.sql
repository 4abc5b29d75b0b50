-- AlterTable
ALTER TABLE "app" ADD COLUMN     "buildOn" TEXT NOT NULL DEFAULT 'one';
