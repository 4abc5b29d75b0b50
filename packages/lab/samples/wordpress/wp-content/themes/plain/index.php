<!doctype html>
<html <?php language_attributes(); ?>>
<meta charset="utf-8">
<title><?php bloginfo('name'); ?></title>
<?php while (have_posts()) : the_post(); ?>
<article>
<h2><?php the_title(); ?></h2>
<?php the_content(); ?>
</article>
<?php endwhile; ?>
</html>
