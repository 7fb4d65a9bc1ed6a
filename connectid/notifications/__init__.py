"""What phones are told: notifications, kept until they are acknowledged, and the pushes that announce them."""
