ALTER TABLE "app" ADD COLUMN "containerFile" TEXT;
ALTER TABLE "app" ADD COLUMN "containerService" TEXT;
ALTER TABLE "app" ADD COLUMN "containerPort" INTEGER;
