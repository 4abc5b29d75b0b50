-- AlterTable
ALTER TABLE "app" ADD COLUMN     "submodules" BOOLEAN NOT NULL DEFAULT false;
