from novelcast.cli import main

main()
