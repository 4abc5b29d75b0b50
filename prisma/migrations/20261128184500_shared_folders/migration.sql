-- AlterTable
ALTER TABLE "app" ADD COLUMN     "sharedFolders" TEXT[] DEFAULT ARRAY[]::TEXT[];
