-- AlterTable
ALTER TABLE "app" ADD COLUMN     "runtimeVersion" TEXT;
