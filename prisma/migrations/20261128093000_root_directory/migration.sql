-- AlterTable
ALTER TABLE "app" ADD COLUMN     "rootDirectory" TEXT;
